const KEY = 'oriel-session';

/**
 * Whether somebody may be signed in at this browser, without asking: the cookie that decides is out of sight for scripts. Where
 * browsers keep nothing, anybody may be.
 */
export function mayBeSignedIn(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch (error) {
    if (error instanceof DOMException) return true;
    throw error;
  }
}

/** Keeps whether somebody is signed in, for the next time the page is opened. */
export function remember(signedIn: boolean): void {
  try {
    if (signedIn) localStorage.setItem(KEY, 'yes');
    else localStorage.removeItem(KEY);
  } catch (error) {
    // Without it the page asks before it shows anything.
    if (!(error instanceof DOMException)) throw error;
  }
}
