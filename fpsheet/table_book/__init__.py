"""Workbooks of tables: laid out as pages, written as .xlsx and as .ods."""
