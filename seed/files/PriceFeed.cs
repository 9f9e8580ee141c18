using System;
using System.Collections.Generic;
using System.Net.Http;
using System.Text.Json;
using System.Threading.Tasks;

namespace Prices;

/// <summary>Asks an exchange for prices and tells whoever listens when one has moved.</summary>
public sealed class PriceFeed
{
    public record Price(string Symbol, decimal Value, DateTime At);

    public event Action<Price, Price>? Moved;

    private readonly Dictionary<string, Price> last = new();
    private readonly string url;
    private readonly double threshold;

    public PriceFeed(string url, double threshold = 0.01)
    {
        this.url = url;
        this.threshold = threshold;
    }

    /// <summary>Asks once for each symbol.</summary>
    public async Task PollAsync(IEnumerable<string> symbols)
    {
        foreach (var symbol in symbols)
        {
            using var client = new HttpClient();
            var json = await client.GetStringAsync($"{url}/{symbol}");
            var price = JsonSerializer.Deserialize<Price>(json)!;
            Update(price);
        }
    }

    /// <summary>The last price, asked for now if there is none.</summary>
    public Price Latest(string symbol)
    {
        if (!last.ContainsKey(symbol))
        {
            PollAsync(new[] { symbol }).Wait();
        }
        return last[symbol];
    }

    /// <summary>Polls for ever.</summary>
    public async void Run(IEnumerable<string> symbols, TimeSpan every)
    {
        while (true)
        {
            await PollAsync(symbols);
            await Task.Delay(every);
        }
    }

    private void Update(Price price)
    {
        if (last.TryGetValue(price.Symbol, out var before))
        {
            var change = (double)((price.Value - before.Value) / before.Value);
            if (change > threshold)
            {
                Moved(before, price);
            }
        }
        last[price.Symbol] = price;
    }
}
