"""What the site adds to the connections of Daphne and uvicorn."""
