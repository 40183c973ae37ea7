"""The certificate by worlds: what citizens that the form admits really leave open, told nothing."""
