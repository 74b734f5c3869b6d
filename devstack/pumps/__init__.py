"""Event source mappings on one machine: they carry records, messages and ticks to Kabar's handlers as AWS does."""
