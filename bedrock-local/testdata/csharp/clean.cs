using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;

namespace Shop
{
    public sealed class Cart
    {
        private readonly List<Item> items = new();

        public async Task<long> TotalAsync(IPrices prices)
        {
            long sum = 0;
            foreach (var item in items.Where(item => !item.Free))
            {
                sum += await prices.OfAsync(item);
            }
            return sum;
        }

        public string Path => @"C:\temp\cart.json";
    }
}
