"""Documents made from the form: the glossary, the rule catalogue and the tables of the guides."""
