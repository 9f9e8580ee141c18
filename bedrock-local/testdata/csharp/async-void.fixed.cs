public class Uploader
{
    public async Task Upload(string path)
    {
        await client.SendAsync(path);
    }
}
