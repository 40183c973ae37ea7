"""Statistics workbooks: an edition laid out, written, previewed and published."""
