"""The shapes of the outside, translated to and from the domain."""
