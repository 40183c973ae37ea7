"""Floor 1: what a workbook is. Sheets, fields, code lists, rules and texts, as data and a loader."""
