"""Statistics workbooks: a release as xlsx, ODS and CSV files."""
