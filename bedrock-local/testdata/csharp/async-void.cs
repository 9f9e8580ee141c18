public class Uploader
{
    public async void Upload(string path)
    {
        await client.SendAsync(path);
    }
}
