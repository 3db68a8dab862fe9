"""Events to partners' programs: endpoints, signing, delivery in order, redelivery. Knows no type of event."""
