public class Stats {
    public double mean(double[] values) {
        int count = values.length;
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
