"""An outsider reads the printed workbooks and tries to work out what they leave out.

Nothing here imports the program. What is known comes from the printed titles, headings and notes,
and from common sense: `printed` reads a workbook, `meaning` says what each heading counts,
`knowledge` writes down what a reader knows, `program` asks linear and integer programs for the
smallest and largest value of each number, and `verdict` judges the answers by the internal books.
"""
