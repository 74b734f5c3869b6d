"""All of Kabar that ships to Lambda."""
