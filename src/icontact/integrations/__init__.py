"""Other systems: their events push contacts into lists, and they learn of suppressions."""
