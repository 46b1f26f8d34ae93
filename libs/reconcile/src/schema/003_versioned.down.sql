drop table reconcile.versioned;
