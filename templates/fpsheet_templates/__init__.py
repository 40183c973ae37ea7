"""Floor 1: what a workbook is. Sheets, fields, codes, rules and texts, as data and a loader."""
