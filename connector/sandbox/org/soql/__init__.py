"""SOQL: text → tokens → tree → one SQLite statement with every value bound."""
