package shop;

import java.util.List;
import java.util.Objects;

/** A cart of items. */
public final class Cart {
    private final List<Item> items;

    public Cart(List<Item> items) {
        this.items = List.copyOf(items);
    }

    public long totalCents() {
        long total = 0;
        for (Item item : items) {
            if (item.price() != null && !item.free()) {
                total += item.price().cents();
            }
        }
        return total;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cart cart && items.equals(cart.items);
    }

    @Override
    public int hashCode() {
        return Objects.hash(items);
    }
}
