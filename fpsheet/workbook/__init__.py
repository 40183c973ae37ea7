"""The kommune's workbook: everything the caseworker sees in Excel, made from the form."""
