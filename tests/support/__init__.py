"""What tests share: LibreOffice, PostgreSQL, tables in markdown."""
