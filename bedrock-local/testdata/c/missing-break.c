int weight(char size)
{
    int grams = 0;
    switch (size) {
    case 's':
        grams = 100;
    case 'm':
        grams = 250;
        break;
    default:
        grams = 500;
        break;
    }
    return grams;
}
