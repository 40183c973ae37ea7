"""Workbooks of tables: laid out as pages, written as .xlsx, as .ods and as a page of HTML."""
