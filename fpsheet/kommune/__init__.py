"""Kommune: the steps of a kommune, from the blank workbook to the receipt that comes back."""
