//! Begin and finish by the number of pending logins, as an SVG. Both axes are logarithmic: a store whose time doesn't
//! depend on the number is a level line.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::row::{duration, thousands};
use crate::stores::Point;

/// Different in brightness too.
pub const COLOURS: [RGBColor; 3] =
    [RGBColor(0x0b, 0x5f, 0xa5), RGBColor(0xe0, 0x8a, 0x00), RGBColor(0xa0, 0x1c, 0x1c)];
pub const FONT: &str = "sans-serif";

/// Two panels side by side.
pub fn draw(points: &[Point]) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    let whole = SVGBackend::with_string(&mut svg, (1000, 420)).into_drawing_area();
    whole.fill(&WHITE)?;
    let (left, right) = whole.split_horizontally(500);
    panel(&left, "begin", points, |point| point.begin)?;
    panel(&right, "finish", points, |point| point.finish)?;
    whole.present()?;
    drop((whole, left, right));
    Ok(svg)
}

fn panel(
    area: &DrawingArea<SVGBackend<'_>, Shift>,
    title: &str,
    points: &[Point],
    times: fn(&Point) -> [f64; 3],
) -> Result<(), Box<dyn Error>> {
    let last = points.iter().map(|point| place(point.pending)).fold(1.0, f64::max);
    let (least, most) = decades(points);
    let mut chart = ChartBuilder::on(area)
        .caption(title, (FONT, 16))
        .margin(10)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..last, (least..most).log_scale())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(last as usize + 1)
        .x_desc("pending logins")
        .x_label_formatter(&|place| thousands(pending(*place)))
        .y_label_formatter(&|ns| duration(*ns).replace(".00", ""))
        .draw()?;
    for (store, colour) in COLOURS.into_iter().enumerate() {
        let line: Vec<_> =
            points.iter().map(|point| (place(point.pending), times(point)[store])).collect();
        chart
            .draw_series(LineSeries::new(line, colour.stroke_width(2)).point_size(3))?
            .label(Point::STORES[store])
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(BLACK)
        .label_font((FONT, 12))
        .draw()?;
    Ok(())
}

/// Where a number is on its axis: none is one step left of one, and each power of ten a step right.
fn place(pending: f64) -> f64 {
    if pending == 0.0 { 0.0 } else { 1.0 + pending.log10() }
}

/// The number that is there.
fn pending(place: f64) -> f64 {
    if place < 1.0 { 0.0 } else { 10_f64.powf(place - 1.0) }
}

/// The powers of ten of nanoseconds that all times are between.
fn decades(points: &[Point]) -> (f64, f64) {
    let all = points.iter().flat_map(|point| point.begin.into_iter().chain(point.finish));
    let (least, most) =
        all.fold((f64::MAX, 1.0), |(least, most), ns| (f64::min(least, ns), f64::max(most, ns)));
    (10_f64.powf(least.log10().floor()), 10_f64.powf(most.log10().ceil()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> [Point; 2] {
        [0.0, 100.0].map(|pending| Point {
            pending,
            begin: [3e4, 5e3, 2e5 + pending * 1e4],
            finish: [4e4, 6e4, 2e5],
        })
    }

    #[test]
    fn the_same_points_are_the_same_text_with_a_line_for_each_store() {
        let svg = draw(&points()).unwrap();
        assert_eq!(svg, draw(&points()).unwrap());
        assert_eq!(svg.matches("<circle").count(), 2 * 2 * 3);
        for label in ["begin", "finish", "sealed", "JSON file", "10 ms", "100"] {
            assert!(svg.lines().any(|line| line.trim() == label), "{label} is missing: {svg}");
        }
        assert!(svg.starts_with("<svg ") && !svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn all_times_are_between_the_decades() {
        assert_eq!(decades(&points()), (1e3, 1e7));
        assert_eq!([0.0, 1.0, 100.0].map(|number| pending(place(number))), [0.0, 1.0, 100.0]);
    }
}
