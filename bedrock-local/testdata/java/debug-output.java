public class Checkout {
    public long pay(Cart cart) {
        long cents = cart.totalCents();
        System.out.println(cents);
        return cents;
    }
}
