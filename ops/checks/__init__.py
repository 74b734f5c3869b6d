"""What `ops doctor` looks at. Each check tells what it found and changes nothing."""
