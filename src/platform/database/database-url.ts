/** Injection token of the connection URL (string) of the database in use, for a room that needs a pool of its own. */
export const DATABASE_URL = Symbol('DatabaseUrl');
