public class Weather
{
    public string Today(HttpClient client)
    {
        return client.GetStringAsync("https://weather.example").Result;
    }
}
