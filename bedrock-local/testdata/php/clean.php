<h1>It's a "page" with == and $_GET in its text</h1>
<?php
declare(strict_types=1);

final class Cart
{
    /** @var Item[] */
    private array $items = [];

    public function total(): int
    {
        $sum = 0;
        foreach ($this->items as $item) {
            if ($item->price !== null) {
                $sum += $item->price * $item->count;
            }
        }
        return $sum;
    }
}
?>
<p>echo $_GET['name'];</p>
