import { type Html, html, page } from '../pages/html.js';
import type { CheckoutSession, LineItem, PaymentFailure } from './stripe-objects.js';
import { TEST_CARDS } from './test-cards.js';

/** The page on which a person pays, is declined, or goes back. */
export function checkoutPage(
  session: CheckoutSession,
  lineItems: readonly LineItem[],
  failure: PaymentFailure | null,
): string {
  const action = `/checkout/${session.id}`;
  const tests = TEST_CARDS.map(
    ({ number, label }) =>
      html`<li>
        <button name="test_card" value="${number}"><span>${label}</span><code>${grouped(number)}</code></button>
      </li>`,
  );
  return page(
    'Checkout',
    html`<h1>${lineItems.map(({ description }) => description).join(', ')}</h1>
      <p class="amount">${money(session.amount_total, session.currency)}</p>
      ${failureNotice(failure)}
      <form method="post" action="${action}">
        <div class="card">
          <label for="email">E-mail</label>
          <input
            type="text"
            id="email"
            name="email"
            inputmode="email"
            autocomplete="email"
            value="${session.customer_email ?? ''}"
          />
        </div>
        <div class="card">
          <label for="card">Card number</label>
          <input
            type="text"
            id="card"
            name="card"
            inputmode="numeric"
            autocomplete="off"
            placeholder="4242 4242 4242 4242"
          />
          <button class="pay" type="submit">Pay ${money(session.amount_total, session.currency)}</button>
        </div>
        <div class="card">
          <p class="muted">Or pay with a test card:</p>
          <ul class="tests">
            ${tests}
          </ul>
        </div>
      </form>
      ${session.cancel_url === null ? html`` : html`<p><a href="${session.cancel_url}">Back to the shop without paying</a></p>`}`,
  );
}

/** What is shown in place of the form when there is nothing (more) to pay. */
export function closedPage(session: CheckoutSession, continueUrl: string): string {
  const complete = session.status === 'complete';
  const unpaid = complete && session.payment_status === 'unpaid';
  const message = unpaid
    ? 'The payment is on its way; the shop will tell when it has arrived.'
    : 'There is nothing more to do here.';
  return page(
    complete ? 'Paid' : 'Expired',
    complete
      ? html`<h1 class="good">${unpaid ? 'Payment under way' : 'Paid'}</h1>
          <p>${message}</p>
          <p><a href="${continueUrl}">Back to the shop</a></p>`
      : html`<h1>This checkout has expired</h1>
          <p>Nothing was paid.</p>
          ${session.cancel_url === null ? html`` : html`<p><a href="${session.cancel_url}">Back to the shop</a></p>`}`,
  );
}

export function unknownCheckoutPage(): string {
  return page(
    'No such checkout',
    html`<h1>There is no such checkout</h1>
      <p>The address may be cut short.</p>`,
  );
}

function failureNotice(failure: PaymentFailure | null): Html {
  return failure === null ? html`` : html`<p class="error" role="alert">${failure.message}</p>`;
}

function grouped(number: string): string {
  return number.replaceAll(/(.{4})(?=.)/g, '$1 ');
}

function money(amount: number, currency: string): string {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(amount / 100);
}
