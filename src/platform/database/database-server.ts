/** The PostgreSQL this process uses, wherever it runs. */
export interface DatabaseServer {
  readonly url: string;
  /** Called when all our own connections are closed; stops the server if it is ours and nobody else uses it. */
  close(): Promise<void>;
}

/** A server that others run: production's, or a test's. */
export class ExternalServer implements DatabaseServer {
  constructor(readonly url: string) {}

  async close(): Promise<void> {
    // Not ours to stop.
  }
}
