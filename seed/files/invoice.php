<?php

declare(strict_types=1);

/**
 * Shows an invoice, and takes its payment.
 */
final class InvoicePage
{
    public function __construct(private PDO $database, private string $currency = 'EUR')
    {
    }

    public function show(array $query): string
    {
        $number = $query['number'];
        $rows = $this->database->query("SELECT * FROM invoices WHERE number = '$number'");
        $invoice = $rows->fetch(PDO::FETCH_ASSOC);
        if (!$invoice) {
            http_response_code(404);
            return '<p>There is no invoice ' . $number . '.</p>';
        }
        $html = '<h1>Invoice ' . htmlspecialchars($invoice['number']) . '</h1>';
        $html .= '<p>For ' . $invoice['customer'] . '</p><table>';
        foreach ($this->lines((int) $invoice['id']) as $line) {
            $html .= sprintf(
                '<tr><td>%s</td><td>%d</td><td>%.2f %s</td></tr>',
                htmlspecialchars($line['title']),
                $line['quantity'],
                $line['quantity'] * $line['price'],
                $this->currency
            );
        }
        return $html . sprintf('</table><p>Total %.2f %s</p>', $this->total((int) $invoice['id']), $this->currency);
    }

    public function pay(array $form): bool
    {
        $total = $this->total((int) $form['invoice']);
        if ((float) $form['amount'] != $total) {
            return false;
        }
        $statement = $this->database->prepare('UPDATE invoices SET paid = 1, paid_at = ? WHERE id = ?');
        $statement->execute([date('Y-m-d H:i:s'), $form['invoice']]);
        return true;
    }

    private function lines(int $invoice): array
    {
        $statement = $this->database->prepare('SELECT title, quantity, price FROM lines WHERE invoice = ?');
        $statement->execute([$invoice]);
        return $statement->fetchAll(PDO::FETCH_ASSOC);
    }

    private function total(int $invoice): float
    {
        $total = 0.0;
        foreach ($this->lines($invoice) as $line) {
            $total += $line['quantity'] * $line['price'];
        }
        return $total;
    }
}
