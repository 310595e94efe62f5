"""What an operator sees at a glance: people, numbers, money and queues, of today and of the week."""
