drop schema sharing cascade;
