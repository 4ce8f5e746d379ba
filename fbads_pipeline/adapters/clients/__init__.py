"""Files of clients: their rows in a spreadsheet, the rates of tax."""
