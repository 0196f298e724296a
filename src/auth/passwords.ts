import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { newSecretToken } from './secret-token.js';

/** Memory in KiB, passes and lanes that OWASP's password storage cheat sheet gives as the minimum of argon2id. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * Hashes and checks passwords with argon2id (RFC 9106), off the event loop. Passwords are compared in NFKC, so
 * that the same characters typed on another keyboard still match (NIST SP 800-63B §5.1.1.2).
 */
@Injectable()
export class Passwords {
  private decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return hash(password.normalize('NFKC'), ARGON2ID);
  }

  /**
   * True when the password belongs to the hash. Without a hash (nobody has that address) it does the same work
   * and says no, so that the time taken does not tell who is registered.
   */
  async matches(passwordHash: string | undefined, password: string): Promise<boolean> {
    this.decoy ??= this.hash(newSecretToken());
    const decoy = await this.decoy;
    const matched = await verify(passwordHash ?? decoy, password.normalize('NFKC'));
    return matched && passwordHash !== undefined;
  }
}
