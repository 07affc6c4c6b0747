"""What a driver knows of a switch's legs, and what it tells of them: the same for every switch."""
