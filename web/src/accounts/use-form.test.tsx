/** Tests when a form shows errors and when it can be sent. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { ApiError } from '../api/error';
import { Field } from '../ui/field';
import { words } from '../words/shell';
import { Form, FormError, SubmitButton } from './form';
import { useForm } from './use-form';

afterEach(cleanup);

const isShort = (text: string) => (text.length < 3 ? 'Too short.' : undefined);

function Sample({ send }: { send: (values: { first: string; second: string }) => Promise<void> }) {
  const form = useForm({
    initial: { first: '', second: '' },
    check: ({ first, second }) => ({ first: isShort(first), second: isShort(second) }),
    send,
  });
  return (
    <Form form={form} label="Sample">
      <Field label="First" {...form.field('first')} />
      <Field label="Second" {...form.field('second')} />
      <FormError form={form} />
      <SubmitButton form={form} busy="Sending…">
        Send
      </SubmitButton>
    </Form>
  );
}

function renderForm(send: (values: { first: string; second: string }) => Promise<void>) {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Sample send={send} />
    </QueryClientProvider>,
  );
  const button = () => screen.getByRole<HTMLButtonElement>('button');
  return {
    user: userEvent.setup(),
    button,
    first: screen.getByLabelText('First'),
    second: screen.getByLabelText('Second'),
  };
}

test('shows an error when a field is left, then updates it while typing', async () => {
  const { user, first } = renderForm(vi.fn());
  await user.type(first, 'a');
  expect(screen.queryByText('Too short.')).toBeNull();
  await user.tab();
  expect(screen.getByText('Too short.')).toBeTruthy();
  expect(first.getAttribute('aria-invalid')).toBe('true');
  await user.type(first, 'bc');
  expect(screen.queryByText('Too short.')).toBeNull();
});

test('shows no error for an empty field that was only passed', async () => {
  const { user, first } = renderForm(vi.fn());
  await user.click(first);
  await user.tab();
  expect(screen.queryByText('Too short.')).toBeNull();
});

test('shows that a skipped field is missing once a later one is filled', async () => {
  const { user, second } = renderForm(vi.fn());
  await user.type(second, 'abc');
  expect(screen.queryByText('Too short.')).toBeNull();
  await user.tab();
  expect(screen.getByText('Too short.')).toBeTruthy();
});

test('enables the button and Enter once all fields are valid', async () => {
  const send = vi.fn(() => Promise.resolve());
  const { user, button, first, second } = renderForm(send);
  await user.type(first, 'abc{Enter}');
  expect(send).not.toHaveBeenCalled();
  expect(button().disabled).toBe(true);
  await user.type(second, 'def');
  expect(button().disabled).toBe(false);
  await user.keyboard('{Enter}');
  await waitFor(() => expect(send).toHaveBeenCalledTimes(1));
});

test('shows a server error at its field, with the focus, until it changes', async () => {
  const body = { fields: [{ field: 'second', message: 'Taken.' }], field: 'second', message: 'Taken.' };
  const { user, button, first, second } = renderForm(() =>
    Promise.reject(new ApiError(409, 'USER_ALREADY_EXISTS', body)),
  );
  await user.type(first, 'abc');
  await user.type(second, 'def');
  await user.click(button());
  await screen.findByText('Taken.');
  expect(document.activeElement).toBe(second);
  expect(button().disabled).toBe(true);
  expect(screen.queryByRole('alert')).toBeNull();
  await user.type(second, 'g');
  expect(screen.queryByText('Taken.')).toBeNull();
  expect(button().disabled).toBe(false);
});

test('shows an error without a field at the form', async () => {
  const { user, button, first, second } = renderForm(() => Promise.reject(new ApiError(401, 'INVALID_CREDENTIALS')));
  await user.type(first, 'abc');
  await user.type(second, 'def');
  await user.click(button());
  expect((await screen.findByRole('alert')).textContent).toContain(words.errors.INVALID_CREDENTIALS.title);
  expect(button().disabled).toBe(false);
});

test('disables the button until the rate limit ends', async () => {
  const retry_after = new Date(Date.now() + 1_200).toISOString();
  const { user, button, first, second } = renderForm(() =>
    Promise.reject(new ApiError(429, 'RATE_LIMIT_EXCEEDED', { retry_after })),
  );
  await user.type(first, 'abc');
  await user.type(second, 'def');
  await user.click(button());
  await screen.findByText(/Try again in \d second/);
  expect(button().disabled).toBe(true);
  await screen.findByText(words.accounts.afterWait, {}, { timeout: 3_000 });
  expect(button().disabled).toBe(false);
});
