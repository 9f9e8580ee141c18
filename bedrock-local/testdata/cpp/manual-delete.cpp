void render(const Scene& scene)
{
    auto* canvas = new Canvas(scene.size());
    scene.draw(*canvas);
    delete canvas;
}
