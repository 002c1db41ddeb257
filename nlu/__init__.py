"""Understanding what a customer types: pipeline components and the importer of our own."""
