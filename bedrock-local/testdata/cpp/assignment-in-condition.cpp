bool open(Device& device)
{
    int state = device.state();
    if (state = 2) {
        return false;
    }
    return device.open();
}
