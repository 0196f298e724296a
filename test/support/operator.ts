import type { Locator, Page } from 'playwright-core';

/** The administrator of the products under test, once registered as a customer. */
export const ADMIN = 'admin@example.com';
const PASSWORD = 'correct-horse-1';

/** Opens the dashboard and signs in. */
export async function openDashboard(page: Page, email = ADMIN): Promise<void> {
  await page.goto('/admin');
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Answers the dialog that is open, and waits until it is gone. @param confirm - name of its button */
export async function giveReason(page: Page, reason: string, confirm: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

/** A service of the panel of services. */
export function serviceOf(page: Page, name: string): Locator {
  return page.getByRole('listitem', { name, exact: true });
}
