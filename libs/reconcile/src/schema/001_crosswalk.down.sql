drop schema reconcile cascade;
