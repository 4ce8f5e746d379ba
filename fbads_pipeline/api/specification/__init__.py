"""What /docs and /openapi.json say beside what follows from the code: descriptions and examples of fields."""
