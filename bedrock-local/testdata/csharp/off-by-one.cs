public class Sums
{
    public int Sum(int[] values)
    {
        var total = 0;
        for (var i = 0; i <= values.Length; i++)
        {
            total += values[i];
        }
        return total;
    }
}
