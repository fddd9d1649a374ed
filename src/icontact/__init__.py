"""A typed client for iContact and a safe contact push."""
