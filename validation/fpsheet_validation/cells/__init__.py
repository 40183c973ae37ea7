"""Cells: one typed value, read and judged by itself."""
