public class Orders
{
    public bool Pending(IEnumerable<Order> orders)
    {
        return orders.Where(order => order.Open).Any();
    }
}
