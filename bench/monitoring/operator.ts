import type { Client } from 'pg';

export const PASSWORD = 'correct-horse-1';

/** An administrator, who asks the routes of operators. */
export class Operator {
  private readonly origin: string;
  private readonly token: string;

  private constructor(origin: string, token: string) {
    this.origin = origin;
    this.token = token;
  }

  /** @param email one of `ADMIN_EMAILS` */
  static async signUp(origin: string, database: Client, email: string): Promise<Operator> {
    await post(`${origin}/api/auth/register`, { email, password: PASSWORD });
    await database.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [email]);
    const { access_token: token } = await post<{ access_token: string }>(`${origin}/api/auth/login`, {
      email,
      password: PASSWORD,
    });
    return new Operator(origin, token);
  }

  /** @returns what the route answers, and how long that took in milliseconds. @throws Error for any status but 200. */
  async ask(path: string): Promise<{ readonly data: unknown; readonly durationMs: number }> {
    const startedMs = performance.now();
    const response = await fetch(`${this.origin}/admin/api/monitoring${path}`, {
      headers: { authorization: `Bearer ${this.token}` },
    });
    const body = await response.text();
    const durationMs = performance.now() - startedMs;
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${body}`);
    const { data } = JSON.parse(body) as { data: unknown };
    return { data, durationMs };
  }
}

async function post<Body>(url: string, body: object): Promise<Body> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as Body;
}
